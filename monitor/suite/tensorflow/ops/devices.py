"""Devices, and strategies that distribute work over them."""

from monitor.suite.declare import DEVICE, case, fact

CONFIGURED = [
    fact(
        "tf.config.list_physical_devices",
        lambda tf: [(x.name, x.device_type) for x in tf.config.list_physical_devices("CPU")],
        lambda found: found == [["/physical_device:CPU:0", "CPU"]],
    ),
    fact(
        "tf.config.list_logical_devices",
        lambda tf: [(x.name.rpartition("/device")[2], x.device_type) for x in tf.config.list_logical_devices("CPU")],
        lambda found: found == [[":CPU:0", "CPU"]],
    ),
    fact(
        "tf.config.LogicalDeviceConfiguration",
        lambda tf: (
            tf.config.LogicalDeviceConfiguration(memory_limit=1024).memory_limit,
            tf.config.LogicalDeviceConfiguration().memory_limit,
        ),
        lambda found: found == [1024, None],
    ),
    fact("tf.config.set_logical_device_configuration", lambda tf: _late(tf), lambda found: found == [True, 1]),
    fact(
        "tf.distribute.has_strategy",
        lambda tf: (tf.distribute.has_strategy(), _in_scope(tf, tf.distribute.has_strategy)),
        lambda found: found == [False, True],
    ),
    fact(
        "tf.distribute.in_cross_replica_context",
        lambda tf: (
            tf.distribute.in_cross_replica_context(),
            _in_scope(tf, tf.distribute.in_cross_replica_context),
        ),
        lambda found: found == [False, True],
    ),
    fact(
        "tf.distribute.InputOptions",
        lambda tf: (lambda x: (x.experimental_fetch_to_device, x.experimental_per_replica_buffer_size))(
            tf.distribute.InputOptions(experimental_fetch_to_device=False, experimental_per_replica_buffer_size=3)
        ),
        lambda found: found == [False, 3],
    ),
]


def _late(tf):
    """Set the memory of a device that is in use, which is refused, and return the number of devices after it."""
    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.constant(1.0)
    limits = [tf.config.LogicalDeviceConfiguration(), tf.config.LogicalDeviceConfiguration()]
    try:
        tf.config.set_logical_device_configuration(cpu, limits)
    except RuntimeError as error:
        return "after being initialized" in str(error), len(tf.config.list_logical_devices("CPU"))
    return False, 0


def _in_scope(tf, call):
    with tf.distribute.OneDeviceStrategy("/cpu:0").scope():
        return call()


@case("tf.distribute.get_strategy")
def get_strategy(tf, device=DEVICE):
    outside = tf.distribute.get_strategy()
    strategy = tf.distribute.OneDeviceStrategy(device)
    with strategy.scope():
        inside = tf.distribute.get_strategy()
    return (
        inside is strategy,
        outside is strategy,
        outside.num_replicas_in_sync,
        tf.distribute.get_strategy() is outside,
    )


@get_strategy.promise
def _(found):
    return found == [True, False, 1, True]


@case("tf.distribute.get_replica_context")
def get_replica_context(tf, device=DEVICE):
    strategy = tf.distribute.MirroredStrategy([device])
    with strategy.scope():
        across = tf.distribute.get_replica_context()
    replica = strategy.run(lambda: tf.distribute.get_replica_context().replica_id_in_sync_group)
    summed = strategy.run(lambda: tf.distribute.get_replica_context().all_reduce("sum", tf.constant([1.0, 3.0])))
    return across, int(replica), summed.numpy().tolist()


@get_replica_context.promise
def _(found):
    return found == [None, 0, [1.0, 3.0]]


@case("tf.distribute.MirroredStrategy")
def mirrored_strategy(tf, device=DEVICE):
    strategy = tf.distribute.MirroredStrategy([device])
    with strategy.scope():
        weight = tf.Variable(3.0, aggregation=tf.VariableAggregation.SUM)

    @tf.function
    def step(x):
        weight.assign_add(tf.reduce_sum(x))
        return tf.reduce_sum(x)

    parts = strategy.experimental_distribute_dataset(tf.data.Dataset.range(6, output_type=tf.float32).batch(3))
    sums = [float(strategy.reduce("SUM", strategy.run(step, (part,)), axis=None)) for part in parts]
    return strategy.num_replicas_in_sync, sums, float(weight.numpy())


@mirrored_strategy.promise
def _(found):
    return found == [1, [3.0, 12.0], 18.0]


@case("tf.distribute.OneDeviceStrategy")
def one_device_strategy(tf, device=DEVICE):
    strategy = tf.distribute.OneDeviceStrategy(device)
    with strategy.scope():
        weight = tf.Variable([1.0, 2.0])
    doubled = strategy.run(lambda x: weight * x, (tf.constant(2.0),))
    return doubled.numpy().tolist(), strategy.num_replicas_in_sync


@one_device_strategy.promise
def _(found):
    return found == [[2.0, 4.0], 1]


@case("tf.compat.v1.device")
def device_v1(tf):
    with tf.Graph().as_default():
        with tf.compat.v1.device("/job:worker/task:2"), tf.compat.v1.device("/cpu:1"):
            placed = tf.constant(1.0).device
        return placed, tf.constant(1.0).device


@device_v1.promise
def _(found):
    return found == ["/job:worker/task:2/device:CPU:1", ""]


@case("tf.compat.v1.colocate_with")
def colocate_with(tf):
    with tf.Graph().as_default():
        with tf.compat.v1.device("/cpu:1"):
            first = tf.constant(1.0, name="first")
        with tf.compat.v1.colocate_with(first):
            second = tf.constant(2.0)
        return second.device, second.op.colocation_groups() == first.op.colocation_groups()


@colocate_with.promise
def _(found):
    return found == ["/device:CPU:1", True]
