"""GitHub's API: one client with one retry policy.

| module | content |
|---|---|
| `client` | requests about one repository, with retries |
| `transport` | one HTTP request: pace, limits on size and time |
| `repository_address` | addresses of a repository, and the redirects that stay in it |
| `paging` | lists that GitHub returns page by page |
| `retry_policy` | the meaning of a response, and the wait before the next try |
| `responses` | errors, and the fields of a response |
| `account` | the account that a token belongs to |
| `workflows`, `archives` | workflows, and the artifacts of their runs |
| `commit_ranges` | the commits between two builds of a framework |
"""
