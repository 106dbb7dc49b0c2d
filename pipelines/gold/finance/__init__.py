"""What was earned and paid out, and whether it reconciles: for those who keep the books."""
