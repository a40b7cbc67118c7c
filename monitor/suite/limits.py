"""Common reasons for which a mode or a kind of inputs does not apply to a case, one name for each reason.

A case combines them: `limits=FIXED_RANK | FINITE`. Standard library only.
"""

from monitor.model import WEEKLY_MODES, InputKind, Mode

Limits = dict[InputKind | Mode, str]

# The shapes that the function or its reference takes.
FIXED_SHAPES: Limits = dict.fromkeys(
    (InputKind.EMPTY, InputKind.RANK, InputKind.LARGE), "the reference is written for the declared shapes"
)
OWN_LAYOUT: Limits = {InputKind.STRIDED: "the promise is one on the layout of a contiguous input"}
ALIGNED: Limits = {InputKind.STRIDED: "the operands must be aligned, by rows or by columns"}
NOT_EMPTY: Limits = {InputKind.EMPTY: "the function or its reference takes no empty dimension"}
FIXED_RANK: Limits = {InputKind.RANK: "the function or its reference takes a fixed number of dimensions"}
LINKED_SIZES: Limits = {InputKind.LARGE: "the call or its reference fixes the sizes"}
QUADRATIC: Limits = {InputKind.LARGE: "the result or the work grows with the square of the size"}
MANY_RESULTS: Limits = {InputKind.LARGE: "each row is a result"}
EAGER_LOOP: Limits = {InputKind.LARGE: "the function calls Python once for each element"}

# The values for which the function is defined.
FINITE: Limits = {InputKind.SPECIAL: "the function is defined for finite numbers alone"}
FIXED_VALUES: Limits = dict.fromkeys(
    (InputKind.SPECIAL, InputKind.SCALED), "the call or its reference chooses special values itself"
)
GENERIC: Limits = dict.fromkeys((InputKind.SPECIAL, InputKind.SCALED), "the promise is one on random finite numbers")
DIGITS: Limits = dict.fromkeys((InputKind.SPECIAL, InputKind.SCALED), "a few digits are written")
FLUSHED: Limits = {InputKind.SPECIAL: "a step of the call is subnormal, and some hardware reads it as zero"}
SINGULAR: Limits = {InputKind.KINKS: "a singular matrix has no derivative of its decomposition"}
UNIT_RANGE: Limits = dict.fromkeys(
    (InputKind.SPECIAL, InputKind.SCALED), "the function is defined for numbers from 0 to 1 alone"
)
INTEGER_RANGE: Limits = dict.fromkeys(
    (InputKind.SPECIAL, InputKind.SCALED), "a number beyond the range of an integer has no integer value"
)
VALID_ARGUMENTS: Limits = {InputKind.SPECIAL: "arguments outside of the domain are refused"}
VALID_PARAMETERS: Limits = {InputKind.SPECIAL: "the distribution has only positive and finite parameters"}
POSITIVE: Limits = {InputKind.KINKS: "zero is outside of the domain, and is refused"}
NAN_PLACE: Limits = {InputKind.SPECIAL: "which of several NaN is the largest is not documented"}
LOST_DIGITS: Limits = {InputKind.LARGE: "the rounding of a decomposition grows with the size"}
STEPS_IN_RANGE: Limits = {InputKind.SCALED: "its steps leave the range of the dtype"}
WELL_SCALED: Limits = {InputKind.SCALED: "the problem is ill-conditioned at another scale"}

# The points at which a derivative follows from the reference.
JUMP: Limits = {InputKind.KINKS: "the function jumps there, or bends within the step of the differences"}
TIES: Limits = {InputKind.KINKS: "equal elements or singular values may share a gradient in several ways"}
UNKNOWN_STEPS: Limits = {
    Mode.COMPILED_GRADIENT: "XLA differentiates a loop only if the largest number of its steps is known"
}
ASSERTED: Limits = {InputKind.MALFORMED: "it checks values by assertions, and XLA leaves assertions out"}

# Calls that cannot be vectorized over a batch.
UNEVEN: Limits = {Mode.VMAP: "the size of the result depends on values, and results of a batch have one size"}
STATEFUL: Limits = {Mode.VMAP: "it makes a table or a file, and a vectorized call makes one for the whole batch"}
RUNNING: Limits = {Mode.VMAP: "it updates statistics in place, which have no place for a batch"}

# Calls that cannot be compiled.
HOST_VALUES: Limits = {Mode.COMPILED: "the call reads values on the host, and a compiled function has none there"}
CAUGHT: Limits = {Mode.COMPILED: "the call catches an error in Python, which a compiled function raises only later"}
DATASET: Limits = {Mode.COMPILED: "the call iterates over a dataset in Python, which a compiled function cannot"}
SESSION: Limits = {Mode.COMPILED: "the call builds a graph and runs it in a session, on the host"}
VARIABLES: Limits = {
    Mode.COMPILED: "each call creates variables, and a compiled function creates them in its first call alone"
}
DIFFERENTIATES: Limits = {Mode.COMPILED: "it differentiates while it runs"}
SETS_GRADIENT: Limits = {Mode.COMPILED: "it sets the gradient of a tensor while it runs"}
LOADER: Limits = {Mode.COMPILED: "a loader runs Python code that cannot be traced"}
PARAMETERS: Limits = {Mode.COMPILED: "it makes a parameter while it runs"}
HOOKED: Limits = {Mode.COMPILED: "it registers hooks while it runs"}
PROCESS_MODE: Limits = {Mode.COMPILED: "it sets or reads a mode of the process"}
COMPILES: Limits = {Mode.COMPILED: "it compiles or captures a program while it runs"}
CHECKED: Limits = {Mode.COMPILED: "it checks its parameters on the host, and a compiled function has no values there"}
CAPSULE: Limits = {Mode.COMPILED: "it hands memory to another library"}
FILES: Limits = {Mode.COMPILED: "it writes and reads a file"}
SPARSE: Limits = {Mode.COMPILED: "it makes a sparse tensor while it runs"}
FUNCTIONALIZED: Limits = {Mode.COMPILED: "the compiler replaces the method by its function, which has cases of its own"}
NEW_STORAGE: Limits = {Mode.COMPILED: "the call gives a tensor another storage, which a compiled function cannot"}

# A case that adds an argument to another case of its function, which has the kinds and the further modes.
ARGUMENT_ONLY: Limits = dict.fromkeys(
    (*InputKind, *WEEKLY_MODES), "the case passes one more argument, and another case has this kind"
)

# A case of one more argument, of a function whose other cases are compiled.
EAGER_ARGUMENT: Limits = ARGUMENT_ONLY | {
    Mode.COMPILED: "the case passes one more argument, and another case is compiled"
}
