"""Start the watch in each Python process of a watched program, then run the environment's own `sitecustomize`."""

from __future__ import annotations

import os
import sys

import portability_watch

portability_watch.start(os.environ["PORTABILITY_WATCH"])

# Another module of this name may be behind this one. The folder hides nothing else.
_here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [path for path in sys.path if os.path.abspath(path or ".") != _here]
_this = sys.modules.pop("sitecustomize")
try:
    import sitecustomize  # noqa: F401
except ModuleNotFoundError as error:
    if error.name != "sitecustomize":
        raise
finally:
    sys.modules.setdefault("sitecustomize", _this)
