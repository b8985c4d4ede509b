package facebookads

import "adtally"

// guideChecked is the day on which the guide was last compared with Meta's pages. Meta
// moves its buttons: update the date whenever you walk through the guide.
const guideChecked = "2026-11-24"

// guide explains how to create a system user's token, which does not expire.
func guide() adtally.Guide {
	return adtally.Guide{
		Title: "Long-term access with a system user", Minutes: 10,
		Before: "You need a Business portfolio (formerly Business Manager) that owns the ad account, or has access to it, and you must be an admin of it.",
		Parts:  []adtally.GuidePart{guideApp(), guideUser(), guideToken()},
	}
}

func guideApp() adtally.GuidePart {
	return adtally.GuidePart{Title: "An app of your own", Steps: []adtally.GuideStep{
		{
			ID: "app-create", Title: "Create a Meta app", Drawing: "app-create", Checked: guideChecked, Link: "https://developers.facebook.com/apps/create/",
			Text: "Choose the type Business, or the use case for the Marketing API, and name the app. Nobody but you sees it, and it needs no review to read your own ad accounts.",
			Copy: []adtally.GuideValue{{Label: "App name", Value: "Adtally"}},
		},
		{
			ID: "app-attach", Title: "Attach it to your Business portfolio", Drawing: "app-attach", Checked: guideChecked, Link: "https://business.facebook.com/latest/settings/apps",
			Text: "In the portfolio's settings, under Accounts, Apps: add the app by its id, if it is not there yet. A system user can only make tokens for apps of its own portfolio.",
		},
	}}
}

func guideUser() adtally.GuidePart {
	return adtally.GuidePart{Title: "A system user", Steps: []adtally.GuideStep{
		{
			ID: "user-create", Title: "Create a system user", Drawing: "user-create", Checked: guideChecked, Link: "https://business.facebook.com/latest/settings/system_users", Shown: adtally.ProofSystem,
			Text: "Under Users, System users: add one with the role Employee. It belongs to the company and not to a person, so it keeps working when somebody leaves or changes a password.",
			Copy: []adtally.GuideValue{{Label: "Name", Value: "Adtally"}},
		},
		{
			ID: "user-asset", Title: "Give it the ad accounts", Drawing: "user-asset", Checked: guideChecked, Link: "https://business.facebook.com/latest/settings/system_users", Shown: adtally.ProofAsset,
			Text: "Choose the system user, then Assign assets, Ad accounts: tick every account that Adtally should read.",
		},
		{
			ID: "user-role", Title: "Let it view performance", Drawing: "user-role", Checked: guideChecked, Shown: adtally.ProofRole,
			Text: "For each of them turn on \"View performance\" and nothing else: Adtally never changes anything.",
		},
	}}
}

func guideToken() adtally.GuidePart {
	return adtally.GuidePart{Title: "Its token", Steps: []adtally.GuideStep{
		{
			ID: "token-generate", Title: "Generate a token", Drawing: "token-generate", Checked: guideChecked, Link: "https://business.facebook.com/latest/settings/system_users", Shown: adtally.ProofForever,
			Text: "Choose the system user, then Generate token: choose your app, and under expiry \"Never\".",
		},
		{
			ID: "token-scope", Title: "Tick one permission", Drawing: "token-scope", Checked: guideChecked, Shown: adtally.ProofScope,
			Text: "Tick ads_read and nothing more, then generate the token and copy it. Meta shows it once.",
			Copy: []adtally.GuideValue{{Label: "Permission", Value: loginScope}},
		},
		{
			ID: "token-paste", Title: "Paste it here", Drawing: "token-paste", Checked: guideChecked, Shown: adtally.ProofLives,
			Text: "Paste it into the field below. Line breaks do not matter. Adtally tests the token before it saves it.",
		},
	}}
}
