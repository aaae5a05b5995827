"""A person's course on one page, for whoever treats them: one HTML file, no script, nothing from any network."""
