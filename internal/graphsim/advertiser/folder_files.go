package advertiser

import (
	"cmp"
	_ "embed" // the list of breakdowns
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// breakdownNames lists all of Meta's breakdowns, as in graphsim's names.txt.
//
//go:embed breakdowns.txt
var breakdownNames string

// The files with a fixed name.
const (
	accountFile     = "account.json"
	adDayFile       = "insights_ad_day.csv"
	actionsFile     = "actions_ad_day.csv"
	campaignsFile   = "campaigns.csv"
	adSetsFile      = "ad_sets.csv"
	adsFile         = "ads.csv"
	conversionsFile = "custom_conversions.csv"
)

// insightsFile is a file with daily figures, described by the parts of its name.
type insightsFile struct {
	name  string
	level Level
	words []string // parts of breakdown names, such as platform, or age and gender
}

// insightsNamed parses a file name. It returns false if the file does not hold daily figures.
func insightsNamed(name string) (insightsFile, bool) {
	rest, isInsights := strings.CutPrefix(name, "insights_")
	rest, isDay := strings.CutSuffix(rest, "_day.csv")
	if !isInsights || !isDay {
		return insightsFile{}, false
	}
	file := insightsFile{name: name, level: LevelAccount, words: strings.Split(rest, "_")}
	if i := slices.Index(levels(), Level(file.words[0])); i >= 0 {
		file.level, file.words = levels()[i], file.words[1:]
	}
	return file, true
}

// levels returns all levels from the lowest to the highest.
func levels() []Level { return []Level{LevelAd, LevelAdSet, LevelCampaign, LevelAccount} }

// readFiles reads all CSV files of the folder. An unknown file is an error, because the
// person who put it there expects it to be used.
func (f *folder) readFiles() error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.EqualFold(filepath.Ext(name), ".csv") {
			continue
		}
		if file, is := insightsNamed(name); is {
			f.insights = append(f.insights, file)
		} else if !slices.Contains([]string{actionsFile, campaignsFile, adSetsFile, adsFile, conversionsFile}, name) {
			return fmt.Errorf("%s: no file that can be served; expected %s, or figures by day as insights_LEVEL_BREAKDOWNS_day.csv "+
				"(longer times are added up from days); take it out of the folder", filepath.Join(f.dir, name),
				strings.Join([]string{campaignsFile, adSetsFile, adsFile, conversionsFile, actionsFile}, ", "))
		}
		if f.files[name], err = readTable(f.dir, name); err != nil {
			return err
		}
	}
	// The file of ad × day comes first: it says which campaign and ad set each ad is in.
	slices.SortStableFunc(f.insights, func(a, b insightsFile) int {
		return cmp.Or(slices.Index(levels(), a.level)-slices.Index(levels(), b.level), len(a.words)-len(b.words))
	})
	if f.files[adDayFile] == nil {
		return fmt.Errorf("%s: no such file; expected a CSV file of ad × day", filepath.Join(f.dir, adDayFile))
	}
	return nil
}

// breakdownsOf returns the columns of a file that are breakdowns of Meta's. It is an error
// if a word of the file's name is in none of them.
func (f *folder) breakdownsOf(file insightsFile) ([]string, error) {
	if len(file.words) == 0 {
		return nil, nil
	}
	t := f.files[file.name]
	var names, words []string
	for _, name := range strings.Fields(breakdownNames) {
		if t.has(name) {
			names = append(names, name)
			words = append(words, strings.Split(name, "_")...)
		}
	}
	for _, word := range file.words {
		if !slices.Contains(words, word) {
			return nil, fmt.Errorf("%s:1: expected a column that is a breakdown of Meta's with %s in its name, such as %s, among %s",
				t.file, word, exampleOf(word), strings.Join(t.columns, ", "))
		}
	}
	return names, nil
}

func exampleOf(word string) string {
	for _, name := range strings.Fields(breakdownNames) {
		if slices.Contains(strings.Split(name, "_"), word) {
			return name
		}
	}
	return "age or country"
}
