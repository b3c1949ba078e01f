package static

import (
	"regexp"
	"strings"
	"testing"
)

// Patients' material reads at US grade 5-6; see the design notes on tone.
const (
	highestGrade    = 6.0
	longestSentence = 15 // words; "under 15" with a little room for a number or a name
)

// The Flesch-Kincaid grade is 0.39 words per sentence plus 11.8 syllables per word, less 15.59.
func TestWordsReadAtGradeSix(t *testing.T) {
	for view, names := range words(t) {
		var all []string
		for _, value := range names {
			for _, text := range texts(value) {
				all = append(all, sentences(text)...)
			}
		}
		if len(all) == 0 {
			continue
		}
		grade := gradeOf(all)
		t.Logf("%-10s grade %4.1f over %d sentences", view, grade, len(all))
		if grade > highestGrade {
			t.Errorf("%s reads at grade %.1f, above %.0f", view, grade, highestGrade)
		}
		for _, sentence := range all {
			if n := len(wordsOf(sentence)); n > longestSentence {
				t.Errorf("%s: %d words are too many: %s", view, n, sentence)
			}
		}
	}
}

// The counting itself, on words and sentences counted by hand.
func TestGradeIsComputedRight(t *testing.T) {
	for word, want := range map[string]int{
		"cat": 1, "made": 1, "passphrase": 2, "emergency": 4, "moderator": 4, "people": 2, "reading": 2, "little": 2, "used": 1, "invited": 3, "leave": 1,
	} {
		if got := syllables(word); got != want {
			t.Errorf("%s: %d syllables, want %d", word, got, want)
		}
	}
	// Six words, one sentence, six syllables: 0.39*6 + 11.8*1 - 15.59 = -1.45.
	if got := gradeOf([]string{"The cat sat on the mat."}); got < -1.46 || got > -1.44 {
		t.Errorf("grade %.2f, want -1.45", got)
	}
	hard := "Participants demonstrating significant deterioration necessitate immediate professional re-evaluation."
	if got := gradeOf([]string{hard}); got < 20 {
		t.Errorf("a hard sentence got grade %.1f", got)
	}
}

func texts(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case map[string]any:
		var all []string
		for _, text := range value {
			all = append(all, text.(string))
		}
		return all
	}
	return nil
}

var (
	sentenceEnd = regexp.MustCompile(`[.?!]+(\s+|$)|\n`)
	wordPattern = regexp.MustCompile(`[\p{L}\p{N}’'-]+`)
	vowels      = regexp.MustCompile(`[aeiouy]+`)
	field       = regexp.MustCompile(`\{\w+\}`)
)

// sentences are the parts of a text that read as one: they end with a mark, or have four words or more.
func sentences(text string) []string {
	// A field stands for a short word.
	text = field.ReplaceAllString(text, "it")
	var all []string
	for _, part := range sentenceEnd.Split(text, -1) {
		marked := strings.ContainsAny(text, ".?!")
		if n := len(wordsOf(part)); n >= 4 || (marked && n > 0) {
			all = append(all, part)
		}
	}
	return all
}

func wordsOf(text string) []string {
	var all []string
	for _, word := range wordPattern.FindAllString(text, -1) {
		if strings.Trim(word, "-’'") != "" {
			all = append(all, word)
		}
	}
	return all
}

func gradeOf(sentences []string) float64 {
	count, total := 0, 0
	for _, sentence := range sentences {
		for _, word := range wordsOf(sentence) {
			count++
			total += syllables(word)
		}
	}
	return 0.39*float64(count)/float64(len(sentences)) + 11.8*float64(total)/float64(count) - 15.59
}

// syllables counts groups of vowels, less the silent e; it errs by one now and then, to either side.
func syllables(word string) int {
	word = strings.ToLower(word)
	n := len(vowels.FindAllString(word, -1))
	silent := strings.HasSuffix(word, "e") && !strings.HasSuffix(word, "le") && !strings.HasSuffix(word, "ee")
	if strings.HasSuffix(word, "ed") && !strings.HasSuffix(word, "ted") && !strings.HasSuffix(word, "ded") {
		silent = true
	}
	if strings.HasSuffix(word, "ae") || strings.HasSuffix(word, "oe") || strings.HasSuffix(word, "ue") {
		silent = false
	}
	if silent && n > 1 {
		n--
	}
	return max(n, 1)
}
