"""Random generators and their states."""

from monitor.suite.declare import DEVICE, case


def three(torch):
    return torch.rand(3).tolist()


@case("torch.manual_seed")
def manual_seed(torch, device=DEVICE):
    drawn = []
    for seed in (5, 5, 6, -1, 2**63):
        generator = torch.manual_seed(seed)
        drawn.append((torch.rand(4, device=device).tolist(), torch.randn(2).tolist()))
    try:
        torch.manual_seed(2**64)
    except (RuntimeError, ValueError):
        refused = True
    equal = drawn[0] == drawn[1], drawn[0] == drawn[2]
    return equal, len({str(one) for one in drawn}), isinstance(generator, torch.Generator), refused


@manual_seed.promise
def _(result):
    return result == [[True, False], 4, True, True]


@case("torch.random.manual_seed")
def manual_seed_by_its_module(torch):
    drawn = []
    for seed in (5, 5, 6):
        torch.random.manual_seed(seed)
        drawn.append(three(torch))
    return drawn[0] == drawn[1], drawn[0] == drawn[2]


@manual_seed_by_its_module.promise
def _(equal):
    return equal == [True, False]


@case("torch.initial_seed")
def initial_seed(torch):
    torch.manual_seed(11)
    torch.rand(3)
    return torch.initial_seed(), torch.random.initial_seed()


@initial_seed.promise
def _(seeds):
    return seeds == [11, 11]


@case("torch.Generator")
def generator(torch, device=DEVICE):
    made = torch.Generator(device=device)
    first = made.initial_seed()
    made.manual_seed(42)
    state = made.get_state()
    drawn = [torch.rand(5, generator=made, device=device) for _ in range(2)]
    made.set_state(state)
    drawn += [torch.rand(5, generator=made, device=device) for _ in range(2)]
    clone = made.clone_state()
    later = torch.rand(5, generator=made, device=device), torch.rand(5, generator=clone, device=device)
    equal = [bool((a == b).all()) for a, b in ((drawn[0], drawn[2]), (drawn[1], drawn[3]), drawn[:2], later)]
    return equal, made.initial_seed(), made.device.type == device.type, isinstance(first, int)


@generator.promise
def _(result):
    return result == [[True, True, False, True], 42, True, True]


@case("torch.Generator", name="independent")
def generator_independent(torch):
    torch.manual_seed(1)
    plain = three(torch)
    torch.manual_seed(1)
    made = torch.Generator().manual_seed(9)
    (
        torch.randperm(5, generator=made),
        torch.randint(3, (2,), generator=made),
        torch.normal(0.0, 1.0, (2,), generator=made),
    )
    return three(torch) == plain, torch.default_generator.initial_seed()


@generator_independent.promise
def _(result):
    return result == [True, 1]


@case("torch.random.fork_rng")
def fork_rng(torch):
    torch.manual_seed(1)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(2)
        inner = three(torch)
    after = three(torch)
    torch.manual_seed(1)
    plain = three(torch)
    with torch.random.fork_rng(devices=[], enabled=False):
        torch.manual_seed(1)
    return after == plain, inner == plain, three(torch) == plain


@fork_rng.promise
def _(result):
    return result == [True, False, True]


def restored(torch, get, put):
    """Return whether a state that is put back yields the same numbers, and the dtype of the state."""
    torch.manual_seed(3)
    torch.rand(2)
    state = get()
    first = three(torch)
    other = three(torch)
    put(state)
    return three(torch) == first, other == first, str(state.dtype), state.device.type


@case("torch.get_rng_state")
def get_rng_state(torch):
    return restored(torch, torch.get_rng_state, torch.set_rng_state)


@get_rng_state.promise
def _(result):
    return result == [True, False, "torch.uint8", "cpu"]


@case("torch.set_rng_state")
def set_rng_state(torch):
    result = restored(torch, torch.get_rng_state, torch.set_rng_state)
    try:
        torch.set_rng_state(torch.zeros(3, dtype=torch.uint8))
    except RuntimeError:
        return result, "refused"


@set_rng_state.promise
def _(result):
    return result == [[True, False, "torch.uint8", "cpu"], "refused"]


@case("torch.random.get_rng_state")
def get_rng_state_by_its_module(torch):
    return restored(torch, torch.random.get_rng_state, torch.set_rng_state)


@get_rng_state_by_its_module.promise
def _(result):
    return result == [True, False, "torch.uint8", "cpu"]


@case("torch.random.set_rng_state")
def set_rng_state_by_its_module(torch):
    return restored(torch, torch.get_rng_state, torch.random.set_rng_state)


@set_rng_state_by_its_module.promise
def _(result):
    return result == [True, False, "torch.uint8", "cpu"]


@case("torch.quasirandom.SobolEngine")
def sobol_engine(torch):
    engine = torch.quasirandom.SobolEngine(2)
    first, second = engine.draw(2), engine.draw(2)
    engine.reset()
    skipped = torch.quasirandom.SobolEngine(2).fast_forward(2).draw(2)
    return first.tolist(), second.tolist(), engine.draw(4).tolist(), bool((skipped == second).all())


@sobol_engine.promise
def _(result):
    # Joe and Kuo, 2008: the first points of the sequence.
    points = [[0.0, 0.0], [0.5, 0.5], [0.75, 0.25], [0.25, 0.75]]
    return result == [points[:2], points[2:], points, True]


@case("torch.quasirandom.SobolEngine", name="scrambled")
def sobol_engine_scrambled(torch):
    draws = [torch.quasirandom.SobolEngine(3, scramble=True, seed=seed).draw(256) for seed in (1, 1, 2)]
    counts = [[torch.histc(column, 8, 0, 1).tolist() for column in draws[0].T]]
    return bool((draws[0] == draws[1]).all()), bool((draws[0] == draws[2]).all()), counts[0]


@sobol_engine_scrambled.promise
def _(result):
    same, other, counts = result
    return same and not other and counts == [[32.0] * 8] * 3  # each eighth has its share exactly
