"""How sentences read that give orders to an assistant. Matched against folded, lower-case text.

A document speaks to people. What speaks of "your answer" in the imperative, of "your instructions",
or to an "AI" speaks to the assistant that reads it. Patterns hold no accents: folding takes them.
"""

import re

_START = (
    r"(?:^|(?<=[.!?:;\n|>\"'\)\]}#*])|(?<=[.!?:;,|>\"'\)\]}#*\-] )|(?<=- )"
    r"|(?<=\bplease )|(?<=\bto )|(?<=\band )|(?<=\bthen )"
    r"|(?<=\bmust )|(?<=\bshould )|(?<=\bshall )|(?<=\bcan you )|(?<=\bcould you )"
    r"|(?<=\bwould you )|(?<=\balways )|(?<=\balso )|(?<=\binstead )|(?<=\bkindly )|(?<=\bnow ))"
)
"""Where an imperative may begin."""
_GAP = r"(?:(?![.!?](?:\s|$))[^\n]|\n(?!\s*\n)){0,160}?"
"""Further words of the same sentence."""
_YOUR = r"\byour (?:(?!own\b)[\w-]+ ){0,2}?"
_ANSWER = r"(?:answers?|responses?|repl(?:y|ies)|outputs?|completions?)\b"
_TEXT = (
    r"(?:answers?|responses?|repl(?:y|ies)|outputs?|completions?|messages?|texts?|wording"
    r"|sentences?|words?|letters?|explanations?|elucidations?|summar(?:y|ies))\b"
)
_PUT = (
    r"(?:add|append|insert|include|integrate|incorporate|embed|weave|work|mention|modify|change"
    r"|adjust|alter|adapt|augment|enhance|enrich|supplement|extend|expand|end|begin|start|conclude"
    r"|finish|close|open|preface|prefix|precede|follow|introduce|inject|slip|put|place|attach"
    r"|sprinkle|pepper|provide|give|deliver|present|express|phrase|formulate|write|craft|compose"
    r"|use|apply|make|ensure|repeat|print|show|display|limit|restrict|finalize|feature|blend"
    r"|offer|infuse|tailor|shape|frame|base|keep|set|suggest|recommend|promote|highlight|weave)"
)
_TURN = (
    r"(?:translate|render|convert|encode|encrypt|encipher|decode|cipher|reverse|invert|rearrange"
    r"|scramble|jumble|shuffle|misspell|replace|substitute|swap|shift|remove|delete|strip|omit"
    r"|drop|combine|group|split|format|reformat|rewrite|rephrase|capitali[sz]e|anagram|transform"
    r"|turn|spell|switch|mask|obfuscate|transliterate|represent|map|flip|mirror|garble|randomi[sz]e"
    r"|emphasi[sz]e|decorate|apply|use|write|send|express|provide|give|reply|respond)"
)
_EARLIER = (
    r"(?:previous|prior|above|earlier|preceding|foregoing|former|existing|initial|original|system"
    r"|all|any|every|your|other|these|those|given|default|past|user(?:'?s)?|developer(?:'?s)?)"
)
_RULES = (
    r"(?:instructions?|directions?|directives?|prompts?|rules?|commands?|guidelines?|orders?"
    r"|questions?|requests?|tasks?|training|programming|constraints?|restrictions?|safeguards?)\b"
)
_MACHINE = (
    r"(?:ai|a\.i\.|artificial intelligences?|llms?|(?:large )?language models?|chat ?bots?|chatgpt"
    r"|gpt(?:-?\d\w*)?|copilot|alcove|(?:ai|virtual|digital) (?:assistants?|agents?|models?"
    r"|systems?|reviewers?|readers?|summari[sz]ers?|tools?))\b"
)
_TONGUE = (
    r"(?:english|french|german|spanish|italian|portuguese|russian|chinese|mandarin|japanese|korean"
    r"|arabic|dutch|polish|swedish|danish|norwegian|finnish|greek|turkish|hindi|latin|esperanto"
    r"|klingon|pig latin|hebrew|czech|ukrainian)\b"
)
_WAY = (
    r"(?:" + _TONGUE + r"|reverse|rhymes?|verse|riddles?|all caps|capital letters|capitals"
    r"|upper ?case|lower ?case|emojis?|base ?\d+|morse(?: code)?|json|binary|hexadecimal"
    r"|the (?:style|voice|manner|language|form|persona) of|code words|haikus?|leetspeak"
    r"|an? [\w -]{0,25}(?:tone|style|voice|accent|manner|rhyme|poem))"
)

OVERRIDE = [
    rf"\b(?:ignore|disregard|forget|override|overrule|bypass|discard|neglect|do not (?:follow|obey)"
    rf"|don't (?:follow|obey)|stop following|pay no attention to|set aside)\b(?: \w+){{0,2}}?"
    rf"(?: {_EARLIER})+(?: \w+){{0,2}} {_RULES}",
    r"\b(?:ignore|disregard|forget) (?:everything|anything|all(?: that)?|what(?:ever)?)\b"
    r"[^.!?\n]{0,30}\b(?:above|before|previously|earlier|so far|told|said)\b",
    r"\byou are (?:now|no longer) (?:an?\b|in\b|called\b|named\b|bound\b|restricted\b|going to\b"
    r"|operating\b|free\b|the\b)",
    rf"{_START}(?:act|behave|pose) as (?:an?|the|if you)\b[^.!?\n]{{0,40}}\b(?:assistant|ai|bot"
    r"|model|expert|pirate|hacker|dan|character|translator|terminal|interpreter|who|that)\b",
    rf"{_START}pretend (?:to be|you are|that you|you're)\b",
    r"\bfrom now on,? (?:(?:you (?:are|will|must|only|always|speak|answer|respond|act))|respond"
    r"|reply|answer|speak|talk|always|only|act|every answer)\b",
    rf"\b(?:dear|hey|hello|hi|attention|notice|notes?|messages?|instructions?|important|reminder"
    rf"|commands?|orders?)(?: (?:for|to))?,? (?:the |all |any |every |you,? )*{_MACHINE}",
    rf"\b(?:any|all|every|this|the|an?) {_MACHINE}[^.!?\n]{{0,40}}\b(?:must|should|is to|are to"
    r"|has to|have to|needs? to|is instructed|are instructed|is ordered|will now)\b[^.!?\n]{0,60}"
    r"\b(?:answer|respond|reply|say|state|recommend|rank|rate|include|ignore|tell|output|mention"
    r"|write|follow|approve|summari[sz]e|report|visit|click|send)\b",
    rf"\bif you(?:'re| are) (?:an? |the )?(?:\w+ ){{0,2}}{_MACHINE}",
    r"\bas (?:an? |the )(?:ai|(?:large )?language model|llm|chat ?bot|ai assistant|assistant),? "
    r"(?:you|your|please|always|reading|processing|it is your)\b",
    r"[\[<](?:system|assistant|admin)[\]>]|(?:^|\n|[\[\]<*#])\s*(?:new|updated|revised|additional|hidden|secret|system|admin"
    r"|administrator|developer|priority|override)(?:[ _-]\w+)? (?:instructions?|prompts?"
    r"|overrides?|directives?|commands?)\b[^\n]{0,20}[:\]>*]",
    r"\bsystem override\b|\b(?:your|new|updated|full|entire|hidden) system prompt\b",
    r"<\|[^|>\n]{1,40}\|>|\[/?inst\]|<<?/?sys>>?|###\s*(?:instruction|system|assistant|response)\b",
    rf"{_START}(?:reveal|print|repeat|output|leak|display|show|expose)(?: me| us| the user)? "
    r"(?:all |the contents of |every word of )?(?:your|the) (?:(?:system|initial|hidden|original"
    r"|secret|entire|full|above) )+(?:prompts?|instructions?|message|rules)\b",
    r"\b(?:do not|don't|never|without) (?:tell|telling|inform(?:ing)?|mention(?:ing)?(?: it| this)?"
    r" to|reveal(?:ing)?(?: it| this)? to|alert(?:ing)?|warn(?:ing)?) (?:the )?user\b",
    r"\binstead of (?:answering|responding|replying|the (?:real |actual )?answer)\b",
    r"\b(?:do not|don't|never|refuse to) answer (?:the |any |this |that |their )?(?:user'?s? |real "
    r"|actual |original )?(?:questions?)\b",
]
"""Orders that set aside the assistant's own; what follows in their paragraph belongs to them."""

ORDERS = [
    rf"{_START}{_PUT}\b{_GAP}{_YOUR}{_ANSWER}",
    rf"{_START}{_TURN}\b{_GAP}{_YOUR}{_TEXT}",
    rf"{_START}(?:anagram|misspell|scramble|jumble|reverse|encode|encrypt)\b{_GAP}{_YOUR}\w+",
    rf"(?:^|[.!?\n|:;] ?)(?:in|within|throughout|into|at the (?:end|start|beginning|top|bottom) of"
    rf"|before|after|with|for) (?:all |each of |every one of )?{_YOUR}{_ANSWER},? \w+",
    r"\byour (?:(?:next|final|whole|entire|full|only|first|complete) )?(?:answer|response|reply"
    r"|output)s? (?:must|should|shall|has to|have to|needs? to|will|is to|ought to|can only) "
    r"(?:only |always |also |not |never )?(?:be|begin|start|end|include|contain|mention|say|use"
    r"|consist|state|recommend|link|point|have|read|conclude|come)\b",
    rf"{_START}(?:reply|respond|answer|speak|talk|write|communicate|converse)"
    rf"(?: to (?:the user|users|everyone|every question|all questions|this))?"
    rf"(?: (?:only|exclusively|just|solely|always|back|everything))? in (?:only )?{_WAY}",
    rf"{_START}(?:reply|respond|answer)(?: to (?:the user|users|every question|all questions"
    r"|this))?(?: (?:only|exclusively|just|solely|always|back))? (?:with (?:only|just|exactly"
    r"|nothing but|the (?:words?|phrase|sentence|following|string|text|code|link)|[\"']|an? (?:poem"
    r"|joke|haiku|song|lie|emoji|link|riddle))|using (?:\w+ ){0,3}(?:base ?\d+|emojis?|ciphers?"
    r"|encoding|letters|code|symbols|language)|as (?:if|though) you|like an?\b|backwards?\b)",
    rf"{_START}(?:speak|talk) (?:only )?(?:like|as) (?:an?|the)\b",
    rf"{_START}(?:say|output|print|write|state|claim|answer|reply|respond)(?: only| just| nothing "
    rf"but| exactly| simply)? (?:the (?:words?|phrase|sentence)|[\"'])[^\n]{{1,120}}?\b(?:instead"
    r"|and nothing else|and nothing more|only|as (?:the|your) answer|to (?:the user|every"
    r"|any|all))\b",
    r"\b(?:when|if|whenever|should) (?:you are |you're |anyone |someone |the user |a user |users "
    r"|they )?(?:is |are |be )?ask(?:ed|s)?\b[^.!?\n]{0,100}?[, ](?:always |only |please |you "
    r"must |you should |then |just |simply )*(?:say|answer|reply|respond|claim|state|output|print"
    r"|pretend|lie)\b",
    r"\bthe (?:only |one )?(?:correct |right |true |final )?answer to (?:any|every|all|the user's)"
    r"(?: \w+)? questions? (?:is|are)\b",
    rf"{_START}(?:tell|inform|advise|convince|urge|encourage|direct|instruct|persuade|remind|invite"
    r"|ask|prompt) (?:the user|users|whoever (?:asks|reads))\b[^.!?\n]{0,60}\b(?:to|that|they)\b",
    rf"{_START}(?:suggest|recommend)\b[^.!?\n]{{0,10}}\b(?:the user|users)\b",
    rf"{_START}(?:include|insert|embed|render|display|show|add|output|append|put)"
    r" (?:this|the following|the below|these)(?: \w+)? (?:image|link|url|hyperlink|address"
    r"|markdown|web ?site|web ?page|pixel)s?\b",
    r"\b(?:following|below|subsequent|this|given|next) code (?:snippets?|blocks?|excerpts?"
    rf"|sections?|segments?|fragments?|pieces?)\b{_GAP}\byour (?:\w+ )?(?:responses?|answers?"
    r"|repl(?:y|ies)|elucidations?|explanations?|solutions?|algorithms?|implementations?"
    r"|program logic"
    r"|codebase|code implementation|output|program)\b",
    rf"\byour (?:\w+ )?(?:responses?|answers?|repl(?:y|ies)|elucidations?|explanations?|solutions?"
    rf"|algorithms?|implementations?|code|program)\b{_GAP}\b(?:following|below|subsequent) code "
    r"(?:snippets?|blocks?|excerpts?|sections?|segments?|fragments?)\b",
    r"(?:^|[.!?\n|] ?)(?:please )?(?:write|compose|generate|create|provide|produce|tell me|give me"
    r"|draft|develop|make)(?: me)? (?:an?|some|the) (?:[\w'-]+ ){0,2}?(?:poem|haiku|limerick"
    r"|short story|sonnet|song about|joke|essay about|essay on|tweet|python (?:script|function"
    r"|program|code)|(?:script|command|function|program|macro) (?:to|that|for)|recipe for"
    r"|speech (?:on|about)|letter to an?|(?:\w+ )?(?:for|to) an? (?:essay|speech|poem|story))\b",
    rf"{_START}(?:replace|substitute|convert|swap|shift|number|code)(?: \w+){{0,3}} (?:vowels?"
    r"|letters?|consonants?|keywords)\b",
    r"(?:^|[.!?\n|] ?)(?:can|could|would|will) you (?:please )?(?:show me|tell me|write|explain"
    r"|translate|classify|summari[sz]e|recommend|give me)\b",
    r"(?:^|[.!?\n|] ?)(?:please )?(?:(?:show|teach|tell) me (?:how|a|an|the|about|what|why)"
    r"|help me (?:with|to))\b",
    r"(?:^|[.!?\n|] ?)(?:please )?translate (?:the following|this|that|\"|')",
    rf"\bprovide the {_TONGUE} equivalent\b|(?:how do you say|what(?:'s| is)) [\"'][^\"'\n]{{1,60}}"
    rf"[\"'] in {_TONGUE}",
    r"\b(?:determine|classify|analy[sz]e|identify) the (?:sentiment|mood|tone|emotion) of (?:this"
    r"|the following)\b",
]
"""Orders that say what an answer is to look like or to hold, and tasks put to an assistant."""

ELSEWHERE = [
    # German
    r"\b(?:ignorier\w*|vergiss|vergessen sie|missacht\w*|ubergeh\w*)\b[^.!?\n]{0,60}\b(?:anweisung"
    r"|instruktion|vorgabe|befehl|regel)\w*",
    r"\b(?:fuge?n?|ubersetz\w*|beende\w*|beginn\w*|schreib\w*|kodier\w*|gib|geben|bau\w*|erwahn\w*"
    r"|erganz\w*|formulier\w*|verschlussel\w*|nimm|verweis\w*|setz\w*)\b[^.!?\n]{0,90}\b(?:deine"
    r"|ihre)[rnm]? (?:\w+ )?(?:antwort|ausgabe)\w*",
    r"(?:^|[.!?\n:] ?)(?:bitte )?(?:antworte|antworten sie|sprich|sprechen sie)(?: \w+)? (?:nur|auf"
    r"|mit|in|immer|wie|ausschliesslich)\b",
    r"\b(?:in|mit) (?:deiner|ihrer) antwort\b",
    # French
    r"\b(?:ignore[rz]?|oublie[rz]?|neglige[rz]?)\b[^.!?\n]{0,50}\b(?:instructions?|consignes?"
    r"|directives?|regles)\b",
    r"\b(?:ajoute[rz]?|tradui(?:s|sez|re)|inclu(?:s|ez|re)|termine[rz]?|commence[rz]?|insere[rz]?"
    r"|mentionne[rz]?|redige[rz]?|code[rz]?)\b[^.!?\n]{0,90}\b(?:ta|votre|vos) reponses?\b",
    r"(?:^|[.!?\n:] ?)(?:reponds|repondez|parle|parlez) (?:uniquement|seulement|toujours|en|par"
    r"|comme|avec)\b",
    r"\bdans (?:ta|votre) reponse\b",
    # Spanish
    r"\b(?:ignor[ae]n?|olvid[ae]n?|haz caso omiso)\b[^.!?\n]{0,50}\b(?:instrucci|orden|regla"
    r"|indicaci)\w*",
    r"\b(?:anad[ea]|traduc[ea]|traduzca|incluy[ea]|termin[ae]|empiez[ae]|agreg[ae]|insert[ae]"
    r"|mencion[ae]|escrib[ea]|codific[ae]|codifique)\b[^.!?\n]{0,90}\b(?:tu|su|vuestra) "
    r"respuesta\b",
    r"(?:^|[.!?\n:] ?)(?:responde|responda|contesta|conteste|habla) (?:solo|unicamente|siempre|en"
    r"|con|como)\b",
    r"\ben (?:tu|su) respuesta,? (?:\w+ )?",
    # Italian
    r"\b(?:ignora(?:te)?|dimentica(?:te)?)\b[^.!?\n]{0,50}\b(?:istruzion|regol|ordin|indicazion)\w*",
    r"\b(?:aggiungi|traduci|includi|termina|inserisci|menziona|scrivi|codifica)\b[^.!?\n]{0,90}"
    r"\btua risposta\b",
    r"(?:^|[.!?\n:] ?)rispondi (?:solo|sempre|in|con|come)\b|\bnella tua risposta\b",
    # Portuguese
    r"\b(?:ignor[ae]|esque[cç]a|desconsidere)\b[^.!?\n]{0,50}\b(?:instruc|regra|ordens|comando)\w*",
    r"\b(?:adicione|traduza|inclua|termine|insira|mencione|escreva|codifique)\b[^.!?\n]{0,90}"
    r"\b(?:sua|tua) resposta\b",
    r"(?:^|[.!?\n:] ?)responda (?:apenas|somente|so|sempre|em|com|como)\b",
    # Dutch
    r"\b(?:negeer|vergeet)\b[^.!?\n]{0,50}\b(?:instructies|opdrachten|regels|aanwijzingen)\b",
    r"\b(?:voeg|vertaal|schrijf|noem|eindig|begin|codeer)\b[^.!?\n]{0,90}\b(?:je|jouw|uw) "
    r"antwoord\b",
    # Polish
    r"\b(?:zignoruj|ignoruj|zapomnij)\b[^.!?\n]{0,50}\b(?:instrukcj|polece|regu)\w*",
    # Russian, without the marks that folding takes
    r"(?:проигнорируи|игнорируи|забуд)\w*[^.!?\n]{0,50}(?:инструкц|указани|правил|команд)\w*",
    r"(?:^|[.!?\n:] ?)(?:ответь|отвечаи)(?:те)? (?:только|на|всегда|как)",
    r"в (?:своем|твоем|вашем) ответе",
    # Chinese, Japanese, Korean
    r"(?:忽略|无视|無視|忘记|忘記|不要理会)[^。！？\n]{0,14}(?:指令|指示|说明|說明|规则|規則|提示|命令)",
    r"(?:在|把|将|將|请|請)(?:你|您)的(?:回答|回复|回覆|答案|答复|答覆|输出|輸出)",
    r"请?(?:用|以)[^。！？\n]{1,8}(?:回答|回复)(?:我|用户|。|$)",
    r"(?:指示|命令|指令|ルール)[^。！？\n]{0,8}(?:無視|忘れ)|あなたの(?:回答|返答|答え)(?:に|を|は)",
    r"(?:지시|명령|규칙)[^.!?\n]{0,12}(?:무시|잊)",
    # Turned round, and moved by thirteen letters
    r"snoitcurtsni|\b(?:rewsna|esnopser|ylper) ruoy\b",
    r"\bvafgehpgvbaf?\b|\blbhe (?:nafjre|erfcbafr|ercyl)\b",
]
"""The same in other languages and simple disguises."""


def _compiled(patterns: list[str]) -> tuple[re.Pattern[str], ...]:
    """Each for itself, the verb of an imperative looked for before what stands in front of it.

    One pattern of them all, or one that looks behind at every letter, takes thirty times as long.
    """
    found = []
    for pattern in patterns:
        if pattern.startswith(_START):
            verb = re.match(r"\(\?:[^()]*\)|[a-z]+", pattern[len(_START) :])
            pattern = rf"\b(?={verb.group() if verb else ''}\b){pattern}"
        found.append(re.compile(pattern, re.MULTILINE))
    return tuple(found)


STRONG = _compiled(OVERRIDE)
PLAIN = _compiled(ORDERS)
OTHER = _compiled(ELSEWHERE)
