package facebookads

import (
	"slices"
	"strings"

	"adtally"
)

// credentialFaults lists every way in which a token, a login, an app or a permission
// can fail. It is built from cures, and docs for the connector have a heading for
// each.
func credentialFaults() (all []adtally.FaultInfo) {
	for c, cure := range cures {
		if !aboutCredentials(c) {
			continue
		}
		all = append(all, adtally.FaultInfo{Code: string(c), Act: adtally.Act(cure.act), Message: cure.message, Hint: cure.hint, Help: string(c)})
	}
	slices.SortFunc(all, func(a, b adtally.FaultInfo) int { return strings.Compare(a.Code, b.Code) })
	return all
}

func aboutCredentials(c class) bool {
	switch c {
	case classPermission, classBlocked, classRestricted, classProof, classApp, classNoApp, classNotRenewable, classUnshared:
		return true
	}
	return strings.HasPrefix(string(c), "token_") || strings.HasPrefix(string(c), "login_")
}
