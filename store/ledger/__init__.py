"""The sealed ledger: proof that the log and the access log are whole and unchanged.

A sealer follows them, puts the hash of each entry into a Merkle tree (RFC 9162) and signs the
tree's root. What is checked, and how, is all in hireledger_verify.py, which runs without the rest.
"""
