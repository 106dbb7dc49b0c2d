"""What is authorized and declined, and what would recover it: for those who run payments."""
