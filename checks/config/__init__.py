"""Configuration: YAML files with line numbers, merged, substituted, validated, all problems at once.

`files` reads, `parse` makes nodes with places, `merge` puts the files together, `substitute` fills in
variables. `document` says what there may be; `validate`, `checks` and `needs` hold the nodes against it.
`compiled` does all that and gives what `resolved` describes and `cache` keeps. `write` goes the other way.
"""
