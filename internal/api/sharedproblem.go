package api

import "net/http"

// sharedTexts are all sentences that a holder can read in an error, by code: others could
// name tables, values or people.
var sharedTexts = map[string][2]string{
	"not_found":          {"There is nothing here", "Check the address, or ask for a new link."},
	"share_gone":         {"This link does not show anything any more", "Ask the sender for a new link."},
	"share_password":     {"This link has a password", "Give the password."},
	"share_wrong":        {"The password is wrong", "Try again, or ask the sender."},
	"share_busy":         {"This link is used too often", "Try again later."},
	"share_download":     {"This link does not allow downloads", "Ask the sender."},
	"share_refused":      {"This cannot be shown with the filters of this link", "Ask the sender."},
	"too_much":           {"This is more than a link can show", "Choose fewer days."},
	"mixed_currency":     {"The amounts are in several currencies", "Ask the sender."},
	"fx_missing":         {"An exchange rate is missing", "Ask the sender."},
	"grain_not_held":     {"This figure cannot be added up", "Choose one day or one whole month."},
	"stale":              {"The data is too old for this figure", "Try again later."},
	"no_data":            {"There is no data yet", "Try again later."},
	"bad_query":          {"This choice is not possible", "Choose other days or filters."},
	"busy":               {"The server is overloaded", "Try again in a moment."},
	"warehouse_busy":     {"The data is being updated", "Try again in a moment."},
	"invalid":            {"This choice is not valid", "Correct the fields that are named in errors."},
	"bad_request":        {"The request is not valid", "Send a valid JSON document."},
	"method_not_allowed": {"The path does not support this method", "Reload the page."},
	"timeout":            {"The request arrived too slowly", "Try again."},
	"too_large":          {"The request is too large", "Choose fewer members."},
	"unsupported_media":  {"The request is not JSON", "Send JSON as application/json."},
	"cross_origin":       {"The request comes from another site", "Open the link itself."},
	"foreign_host":       {"The name of the server is wrong", "Check the address."},
}

// sharedRefusals are refusals of a question that say too much about the installation; to a
// holder, the tile just cannot be shown.
const sharedRefused = "share_refused"

// forHolder is the problem as a holder may see it.
func (p *Problem) forHolder() *Problem {
	texts, known := sharedTexts[p.Code]
	out := &Problem{Status: p.Status, Code: p.Code, Act: p.Act, Request: p.Request, Until: p.Until, retry: p.retry}
	switch {
	case known:
	case p.Status == http.StatusUnprocessableEntity:
		out.Code, texts = sharedRefused, sharedTexts[sharedRefused]
	case p.Code == "unexpected":
		texts = [2]string{p.Detail, "Try again later, or tell the sender this request ID."}
	default:
		out = unexpected(p.Request)
		texts = [2]string{out.Detail, "Try again later, or tell the sender this request ID."}
	}
	out.Detail, out.Hint = texts[0], texts[1]
	for _, f := range p.Errors {
		out.Errors = append(out.Errors, FieldError{f.Field, "This value is not valid"})
	}
	return out.named()
}

// forHolder is a refused figure as a holder may see it.
func (r *QueryRefusal) forHolder() *QueryRefusal {
	if r == nil {
		return nil
	}
	code := r.Code
	texts, known := sharedTexts[code]
	if !known {
		code, texts = sharedRefused, sharedTexts[sharedRefused]
	}
	return &QueryRefusal{code, texts[0], texts[1]}
}
