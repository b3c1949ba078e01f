package audit

// Notice accompanies every export in which people can be told apart: the second of the
// two statements that 42 CFR 2.32(a) offers, as amended in 2024 (89 FR 12472).
const Notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."

// NoticeVersion says which wording that is.
const NoticeVersion = "42 CFR 2.32(a)(2), 2024"
