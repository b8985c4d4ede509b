package api

// wordDocs describe the properties of schemas whose types are in the root package,
// which knows nothing of HTTP.
var wordDocs = map[string]map[string]string{
	"Report": {
		"name":              "Name of the table",
		"level":             "What a row is about: account, campaign, adset or ad",
		"breakdowns":        "Breakdowns of the rows, by the platform's names",
		"action_breakdowns": "Breakdowns of the actions, by the platform's names",
		"fields":            "Fields, by the platform's names; give an unknown field with its type, as in new_metric:decimal",
		"windows":           "Attribution windows of the actions; empty = the default windows",
		"increment":         "Days that a row covers, or monthly; empty = one day",
	},
	"Filter": {
		"dimension": "Name of the dimension",
		"in":        "IDs of the members to keep; an empty list matches nothing",
		"not_in":    "IDs of the members to leave out; rows without a member stay",
	},
	"Top": {
		"n":  "Number of members to show",
		"by": "Name of the metric that ranks them",
	},
	"Metric": {
		"name":  "Name of the conversion",
		"types": "Action types; for each row the first one that is present counts",
	},
}

// completeDocument adds what the operations' types cannot say: descriptions of
// properties from the root package, and the codes of all problems.
func (s *shell) completeDocument() {
	doc := s.huma.OpenAPI()
	schemas := doc.Components.Schemas.Map()
	for name, properties := range wordDocs {
		for property, text := range properties {
			if schema := schemas[name]; schema != nil {
				schema.Properties[property].Description = text
			}
		}
	}
	if doc.Extensions == nil {
		doc.Extensions = map[string]any{}
	}
	doc.Extensions["x-problem-codes"] = s.documentedCodes()
}
