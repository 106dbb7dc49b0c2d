"""Who proves who they are, who fails, and who is onboarded: for those who answer for identity."""
