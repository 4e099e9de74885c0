"""Short texts of the kind people write."""

from math import inf

ANSWERS = (
    "I have built and run similar systems for four years and would like to own more of them.",
    "Your product helped my last team. I can start after a notice period of two months.",
    "I am moving to the area this summer and look for a team that ships every week.",
    "My studies end in spring; my thesis is about the problems you describe in the posting.",
    "A friend works with you and speaks well of the team. Salary expectation as in the range.",
)
SCREENING = (
    "Clear on motivation, good English, notice period two months.",
    "Strong on fundamentals, less experience with larger systems.",
    "Expects more than the range; to be discussed.",
    "Friendly call. Wants to work remotely two days a week.",
)
INTERVIEWING = (
    "Structured answers, asked good questions about the roadmap.",
    "Solved the exercise with a hint; explains well.",
    "Deep knowledge, a little impatient with open questions.",
    "Would be a good match for the team; gave clear examples.",
)
REJECTING = (
    "Others had more of the experience we need.",
    "Good conversation, but the role needs somebody more senior.",
    "Could not show the skills we asked for.",
)
GRADES = {"strong_no": -inf, "no": -0.5, "yes": 0.6, "strong_yes": 1.8}
"""What a scorecard says, and from which impression on."""
COMMENTS = {
    0: (
        "I waited for weeks and then got two lines that could have been for anybody.",
        "Nobody told me why. A sentence would have been enough.",
        "The form asked for everything that is in my CV once more.",
    ),
    7: (
        "Friendly people, though it took a while between the steps.",
        "Clear about the role. I would have liked to know the salary range earlier.",
    ),
    9: (
        "Quick, honest and well prepared. I felt welcome.",
        "I always knew what comes next, and the conversations were good.",
    ),
}
"""What people say of it, by the least score it goes with."""
MAILINGS = (
    ("What our teams built this quarter", "Three short stories from our engineers and designers."),
    ("Invitation to our open day", "Come and see how we work; tell us if you will be there."),
    ("New openings this month", "A few roles that might suit you, and who you would work with."),
)
CALL = ("How are you?", "Called to ask how things are going and what they look for next.")
REPLIES = {
    "positive": "Thanks for thinking of me. I would be glad to talk in the coming weeks.",
    "neutral": "Thank you, I am settled for now. Do keep me on the list.",
    "negative": "Please do not write to me again.",
}

SCREENED_OUT = ("experience", "skills", "salary_expectations", "language", "location")
NOT_READ_ON = ("incomplete_application", "work_permit", "basic_qualifications")
INTERVIEWED_OUT = ("experience", "skills", "stronger_candidates", "motivation")
WITHDREW = ("other_offer", "personal", "salary", "relocation")
DECLINED = ("other_offer", "counter_offer", "salary")
