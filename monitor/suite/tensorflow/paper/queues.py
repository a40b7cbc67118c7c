"""Queues that threads fill, the input pipeline of TensorFlow 1."""

from monitor.suite.declare import FLOATING, case, tensor
from monitor.suite.limits import FIXED_SHAPES, SESSION

RUNNER = "tf.compat.v1.train.QueueRunner"


@case(RUNNER, dtypes=FLOATING + ("int32", "int64", "bool"), limits=FIXED_SHAPES | SESSION)
def queue_runner(tf, x=tensor(4, 3)):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        source = tf.queue.FIFOQueue(4, [x.dtype], shapes=[[3]])
        queue = tf.queue.FIFOQueue(4, [x.dtype], shapes=[[3]])
        session.run([source.enqueue_many([x.numpy()])])
        session.run(source.close())
        runner = tf.compat.v1.train.QueueRunner(queue, [queue.enqueue(source.dequeue())])
        coordinator = tf.train.Coordinator()
        threads = runner.create_threads(session, coordinator, start=True)
        rows = [session.run(queue.dequeue()) for _ in range(4)]
        coordinator.request_stop()
        coordinator.join(threads)
        return rows


@queue_runner.reference
def _(np, x):
    return [*x]


@case(RUNNER, name="counts")
def queue_runner_counts(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        limited = tf.compat.v1.Variable(tf.zeros([], tf.int64)).count_up_to(3)
        queue = tf.queue.FIFOQueue(10, [tf.int64], shapes=[[]])
        session.run(tf.compat.v1.global_variables_initializer())
        runner = tf.compat.v1.train.QueueRunner(queue, [queue.enqueue(limited)])
        for thread in runner.create_threads(session, start=True):
            thread.join()
        numbers = session.run(queue.dequeue_many(3)).tolist()
        try:
            session.run(queue.dequeue())
        except tf.errors.OutOfRangeError:  # it was closed when there was no more to enqueue
            return numbers, len(runner.exceptions_raised)
        return None


@queue_runner_counts.promise
def _(result):
    return result == [[0, 1, 2], 0]


@case(RUNNER, name="two-threads")
def queue_runner_two_threads(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        queue = tf.queue.FIFOQueue(10, [tf.int64], shapes=[[]])
        counts = [tf.compat.v1.Variable(tf.zeros([], tf.int64)).count_up_to(limit) for limit in (3, 4)]
        session.run(tf.compat.v1.global_variables_initializer())
        runner = tf.compat.v1.train.QueueRunner(queue, [queue.enqueue(count) for count in counts])
        threads = runner.create_threads(session, start=True)
        for thread in threads:
            thread.join()
        return len(threads), sorted(session.run(queue.dequeue_many(7)).tolist())


@queue_runner_two_threads.promise
def _(result):
    return result == [2, [0, 0, 1, 1, 2, 2, 3]]


@case(RUNNER, name="started")
def queue_runner_started(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        queue = tf.queue.FIFOQueue(2, [tf.float32], shapes=[[]])
        tf.compat.v1.train.add_queue_runner(tf.compat.v1.train.QueueRunner(queue, [queue.enqueue(0.5)]))
        coordinator = tf.train.Coordinator()
        threads = tf.compat.v1.train.start_queue_runners(session, coordinator)
        numbers = [float(session.run(queue.dequeue())) for _ in range(5)]  # more than it holds at once
        coordinator.request_stop()
        coordinator.join(threads)
        return numbers


@queue_runner_started.promise
def _(numbers):
    return numbers == [0.5] * 5


@case(RUNNER, name="reports")
def queue_runner_reports(tf):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        queue = tf.queue.FIFOQueue(2, [tf.int32], shapes=[[]])
        number = tf.compat.v1.placeholder(tf.int32, [], name="never_fed")
        runner = tf.compat.v1.train.QueueRunner(queue, [queue.enqueue(number)])
        coordinator = tf.train.Coordinator()
        threads = runner.create_threads(session, coordinator, start=True)
        try:
            coordinator.join(threads)
        except tf.errors.InvalidArgumentError as error:
            return "never_fed" in str(error), len(runner.exceptions_raised)
        return None


@queue_runner_reports.promise
def _(result):
    return result == [True, 0]  # a coordinator takes it over


@case(RUNNER, name="protocol-buffer")
def queue_runner_protocol_buffer(tf):
    with tf.Graph().as_default():
        queue = tf.queue.FIFOQueue(2, [tf.float32], shapes=[[]], name="numbers")
        runner = tf.compat.v1.train.QueueRunner(queue, [queue.enqueue(0.5), queue.enqueue(1.5)])
        again = tf.compat.v1.train.QueueRunner.from_proto(runner.to_proto())
        return again.name, again.queue.name, again.enqueue_ops == runner.enqueue_ops


@queue_runner_protocol_buffer.promise
def _(result):
    return result == ["numbers", "numbers", True]
