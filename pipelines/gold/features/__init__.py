"""What models are trained on and scored with."""
