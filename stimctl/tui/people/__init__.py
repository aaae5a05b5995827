"""The screen's side of people: who there is, what they are asked, their course, and how sessions were."""
