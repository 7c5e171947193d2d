"""Where PyTorch runs a model."""

from grader.errors import UserError


def pick_device(wanted: str) -> str:
    """The device to run on.

    Args:
        wanted: ``cpu``, ``cuda``, ``mps``, one of several as in ``cuda:1``, or ``auto`` for a graphics
            processor where there is one.

    Raises:
        UserError: there is no such device on this machine.
        ImportError: PyTorch is not installed.
    """
    import torch

    count = {"cuda": torch.cuda.device_count(), "mps": int(torch.backends.mps.is_available()), "cpu": 1}
    if wanted == "auto":
        return next(name for name, here in count.items() if here)
    name, colon, number = wanted.partition(":")
    nth = int(number) if number.isascii() and number.isdecimal() else -1
    if name in count and (0 <= nth < count[name] if colon else count[name]):
        return wanted
    usable = ", ".join(name for name, here in count.items() if here)
    raise UserError(f"no device {wanted!r} on this machine; there is {usable}")
