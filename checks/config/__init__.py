"""Configuration: YAML files with line numbers, merged, substituted, validated, all problems at once."""
