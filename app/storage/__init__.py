"""What people upload: sealed files by their digest, and what may be evidence at all."""
