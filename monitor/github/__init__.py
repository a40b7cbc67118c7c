"""GitHub's API: one client, and one policy for what it may answer.

policy   pure: what an answer means, and how long to wait before the next try
client   requests, redirects, lists of many pages, downloads
answers  fields of an answer, each checked before it is used
account  which account the token belongs to
"""
