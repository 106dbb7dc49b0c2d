"""What is true of a payment: what was captured and claimed, whether it was fraud, when that is known."""
