"""What is known of how a payment turned out: fraud, legitimate, or not known yet."""
