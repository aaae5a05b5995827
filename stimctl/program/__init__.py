"""Programs: from a file to a plan (schema, loader), and from a plan and a person to a timeline (compile)."""
