"""The whole of rights, approval and delivery, walked at random and judged by an own model."""
