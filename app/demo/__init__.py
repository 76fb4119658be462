"""The demo world: invented schools full of invented people, from one seed."""
