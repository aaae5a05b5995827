"""stimlink: our open protocol for units that can be flashed. Device clock, queued segments; see SPEC.md."""
