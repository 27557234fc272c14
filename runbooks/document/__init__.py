"""Runbooks as YAML: read with places, filled in, validated and laid flat into plans, all problems at once.

`texts` fills in the system's variables and leaves what only a walk brings. `form` says what there may be;
`inputs`, `steps`, `branches` and `services` hold the nodes against it, `scope` knows which names are known
where. `nesting` puts one runbook into another. `compiled` does all that for a whole folder. `schema` says it
to editors, `rendered` writes a plan out again.
"""
