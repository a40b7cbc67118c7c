"""JSON document of a group of current failures."""

from __future__ import annotations

from monitor.analysis.status.current_failures import CurrentFailure


def failure_document(failure: CurrentFailure) -> dict[str, object]:
    """Return a group of cases that fail now with the same message.

    `message_of` names the case of `message` if the messages differ; `messages` has that of each function.
    """
    return {
        "framework": failure.framework,
        "outcome": failure.outcome.value,
        "signature": failure.words,
        "message": failure.common_message.message,
        "message_of": failure.common_message.case,
        "messages": [
            {"function": name, "message": own.message, "message_of": own.case}
            for name, own in failure.by_function.items()
        ],
        "functions": [*failure.functions],
        "targets": [*failure.targets],
        "evidences": [evidence.value for evidence in failure.evidences],
        "cases": len(failure.cases),
    }
