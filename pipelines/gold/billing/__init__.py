"""What subscriptions bring in, who leaves, and what unpaid invoices become: for those who answer for growth."""
