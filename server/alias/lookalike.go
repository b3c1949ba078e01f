package alias

import "strings"

// lookAlikes maps case-folded letters and digits to the Latin letter that the
// eye takes them for. It holds only what has to do with the words in staff.go, and with names
// that could be taken for each other. l, 1 and i are one.
var lookAlikes = func() map[rune]rune {
	m := map[rune]rune{}
	for _, row := range lookAlikeRows {
		latin, alike, _ := strings.Cut(row, " ")
		for _, r := range alike {
			m[r] = rune(latin[0])
		}
	}
	return m
}()

// Each row: the Latin letter, and what looks like it. No character is in two.
var lookAlikeRows = []string{
	"a 4аαɑᴀ∂", "b 8вьβʙ", "c сϲᴄ", "d ԁժđðᴅɗ", "e 3еεєҽᴇə", "f ғƒꜰϝ", "g 9ɡԍց", "h һнʜħհ",
	"i 1lіιıӏɩɪł", "k кκҝᴋқ", "m мᴍ", "n пηոɴ", "o 0оοօσøᴏө", "p рρᴘþ", "r гяʀɾ", "s 5ѕꜱʂς",
	"t 7тτᴛŧ", "u υцսᴜμ", "v νѵᴠ", "w ѡωԝᴡ", "x хχ", "y уүγʏ", "z 2ᴢ",
}

// capitals are those that look like a Latin letter which their small form does not
// look like, so that they have to be read before case is taken away.
var capitals = strings.NewReplacer("Β", "b", "Ε", "e", "Ζ", "z", "Η", "h", "Ι", "i", "Κ", "k", "Μ", "m", "Ν", "n",
	"Ρ", "p", "Τ", "t", "Υ", "y", "Χ", "x", "В", "b", "Е", "e", "К", "k", "М", "m", "Н", "h", "Т", "t", "У", "y", "І", "i")
