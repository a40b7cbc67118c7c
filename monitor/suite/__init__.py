"""The suites: cases of every framework, and the worker that runs them in the framework's environment."""
