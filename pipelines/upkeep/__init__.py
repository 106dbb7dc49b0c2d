"""What a person does with a lakehouse: verify, replay, restore, maintain, compare."""
