"""What pages repeat by the thousand, written as markup where it is made: templates would take ten times as long."""
