"""Everything that folders of data can be asked, by every system: what, made, and compared."""
