"""The program that looks up operators in a framework's tables of kernels, in the environment of the framework.

Nothing runs on the platform and nothing is compiled: an operator passes if the table has a kernel of it for the
platform, or kernels of all operators that it calls. It speaks the protocol of `monitor.suite.worker`; each framework
reads its tables in its `kernels.py`.
"""

from __future__ import annotations

import argparse
from importlib import import_module

from monitor.formats.error_text import clean
from monitor.formats.serialization import to_json
from monitor.formats.worker_protocol import Message, Service, add_arguments, serve
from monitor.model import Evidence, Observation, Outcome
from monitor.suite.check_protocol import SuiteUnavailableError
from monitor.suite.device import DeviceUnavailableError
from monitor.suite.kernel_entry import KernelEntry
from monitor.suite.worker import introduce, open_device
from monitor.suite_files import KERNELS

VARIANT = "kernel"  # the last part of every id


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--framework", required=True)
    parser.add_argument("--suite", required=True)
    parser.add_argument("--platform", required=True, help="the name in the framework's table: MPS, GPU, rocm ...")
    add_arguments(parser)
    options = parser.parse_args()

    def start() -> Service:
        if options.suite != KERNELS:
            raise SuiteUnavailableError(f"only {KERNELS} are looked up, not {options.suite}")
        # Kernels of a platform are registered without its device. Every build can open the CPU.
        device = open_device(options.framework, "cpu")
        table = import_module(f"monitor.suite.{options.framework}.kernels").kernels(options.platform)
        kernels = {f"{options.framework}/{operator}/{VARIANT}": kernel for operator, kernel in table.items()}

        def answer(request: Message) -> Message:
            case = request["case"]
            return {"observation": to_json(_observation(case, kernels[case], options.platform))}

        return introduce(device, kernels), answer

    serve(options, start, (DeviceUnavailableError, SuiteUnavailableError, ImportError))


def _observation(case: str, kernel: KernelEntry, platform: str) -> Observation:
    lacking = f"no kernel for {platform}" if kernel.outcome is Outcome.UNSUPPORTED else ""
    return Observation(case, kernel.outcome, Evidence.REGISTERED, clean(kernel.how or lacking))


if __name__ == "__main__":
    main()
