"""What people ask who have to answer for a figure or a payment: why it changed, and what happened to it."""
