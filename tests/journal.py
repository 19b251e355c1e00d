"""What the code under test logs, as the service itself writes it: plain."""

import structlog


def write_plainly() -> None:
    """Have a fault's traceback written as text, as in the service's own log.

    Left to itself, structlog draws it in a frame with the values of all variables; of a fault in a transaction that takes it
    half a minute.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(default=str),
        ]
    )
