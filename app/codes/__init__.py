"""National and school code tables as data, and the numbers built by rule."""
