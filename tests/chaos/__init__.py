"""The night on which everything breaks: processes die, servers restart, lines are cut, and every page is accounted for.

`proxy` stands in front of the servers, `nursery` keeps workers alive and kills them, `night` says what goes wrong when,
`sender` triggers until it is answered, `account` holds the vendors' ledgers against what was accepted.
"""
