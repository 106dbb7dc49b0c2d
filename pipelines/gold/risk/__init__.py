"""What is disputed, who is going bad, how near a network's limit is: for those who answer for losses."""
