"""Who buys, how much and whether they come back: for those who look after customers and merchants."""
