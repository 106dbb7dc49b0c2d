"""What a thousand times the data would cost: measured points, models fitted to them, and what these say."""
