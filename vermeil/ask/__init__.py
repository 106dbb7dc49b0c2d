"""Questions in people's own words, answered by declared metrics of the latest release, or asked back, or refused."""
