"""How knowledge comes in: connectors, sections, redaction and the pipeline."""
