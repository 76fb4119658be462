"""Every sentence the rules may say, in Chinese and English; one file per area."""
