"""Golden chats: published chat templates and small ones for the rest of the language, rendered by transformers.

    python chat_fixtures.py [OUT]          (OUT: attune-core/src/test/resources/golden)

OUT/chat/cases.json: {"templates": {NAME: text}, "tokens": {..}, "cases": [{"template", "messages", "tools", "generation", "rendered" | "error", "spans"}]}.
OUT/chat/training.json: what apply_chat_template makes of chats with golden/tokenizer/gpt2, and which tokens are the assistant's, for
templates that mark answers: {"cases": [{"marked": template, "plain": the same without marks, "messages", "ids", "mask"}]}.
The templates are written down here from what the models' makers publish in tokenizer_config.json; a template of that length is a description of a
format. Makers and licences of the models: ChatML (OpenAI's format; Qwen, SmolLM2: Apache-2.0), Zephyr (MIT), Mistral (Apache-2.0), Qwen2.5 and Qwen3
(Apache-2.0), Phi-3 (MIT), Llama 2 and 3 (Llama community licences), Gemma (Gemma terms). LANGUAGE and GENERATION are our own.
"""
import json, re, sys
from pathlib import Path

from transformers import AutoTokenizer
from transformers.utils.chat_template_utils import render_jinja_template

GOLDEN = Path(__file__).parent.parent / "attune-core/src/test/resources/golden"
TEMPLATES = {
"chatml": "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
"smollm2": "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
"llama2": "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
"llama3": "{% set loop_messages = messages %}{% for message in loop_messages %}{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
"llama3_tools": """{{- bos_token }}
{%- if not date_string is defined %}
    {%- set date_string = "26 Jul 2024" %}
{%- endif %}
{%- if not tools is defined %}
    {%- set tools = none %}
{%- endif %}

{#- This block extracts the system message, so we can slot it into the right place. #}
{%- if messages[0]['role'] == 'system' %}
    {%- set system_message = messages[0]['content']|trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = "" %}
{%- endif %}

{#- System message + builtin tools #}
{{- "<|start_header_id|>system<|end_header_id|>\\n\\n" }}
{%- if tools is not none %}
    {{- "Environment: ipython\\n" }}
{%- endif %}
{{- "Cutting Knowledge Date: December 2023\\n" }}
{{- "Today Date: " + date_string + "\\n\\n" }}
{%- if tools is not none %}
    {{- "You have access to the following functions.\\n\\n" }}
    {%- for t in tools %}
        {{- t | tojson(indent=4) }}
        {{- "\\n\\n" }}
    {%- endfor %}
{%- endif %}
{{- system_message }}
{{- "<|eot_id|>" }}
{%- for message in messages %}
    {%- if not (message.role == 'ipython' or message.role == 'tool' or 'tool_calls' in message) %}
        {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n'+ message['content'] | trim + '<|eot_id|>' }}
    {%- elif 'tool_calls' in message %}
        {%- if not message.tool_calls|length == 1 %}
            {{- raise_exception("This model only supports single tool-calls at once!") }}
        {%- endif %}
        {%- set tool_call = message.tool_calls[0].function %}
        {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' -}}
        {{- '{"name": "' + tool_call.name + '", ' }}
        {{- '"parameters": ' }}
        {{- tool_call.arguments | tojson }}
        {{- "}" }}
        {{- "<|eot_id|>" }}
    {%- elif message.role == "tool" or message.role == "ipython" %}
        {{- "<|start_header_id|>ipython<|end_header_id|>\\n\\n" }}
        {%- if message.content is mapping or message.content is iterable %}
            {{- message.content | tojson }}
        {%- else %}
            {{- message.content }}
        {%- endif %}
        {{- "<|eot_id|>" }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}
{%- endif %}
""",
"mistral": "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token + ' ' }}{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}",
"zephyr": "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
"qwen25": """{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0]['role'] == 'system' %}
        {{- messages[0]['content'] }}
    {%- else %}
        {{- 'You are Qwen, created by Alibaba Cloud. You are a helpful assistant.' }}
    {%- endif %}
    {{- "\\n\\n# Tools\\n\\nYou may call one or more functions to assist with the user query.\\n\\nYou are provided with function signatures within <tools></tools> XML tags:\\n<tools>" }}
    {%- for tool in tools %}
        {{- "\\n" }}
        {{- tool | tojson }}
    {%- endfor %}
    {{- "\\n</tools><|im_end|>\\n" }}
{%- else %}
    {%- if messages[0]['role'] == 'system' %}
        {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>system\\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\\n' }}
    {%- endif %}
{%- endif %}
{%- for message in messages %}
    {%- if (message.role == "user") or (message.role == "system" and not loop.first) or (message.role == "assistant" and not message.tool_calls) %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- elif message.role == "assistant" %}
        {{- '<|im_start|>' + message.role }}
        {%- if message.content %}
            {{- '\\n' + message.content }}
        {%- endif %}
        {%- for tool_call in message.tool_calls %}
            {%- if tool_call.function is defined %}
                {%- set tool_call = tool_call.function %}
            {%- endif %}
            {{- '\\n<tool_call>\\n{"name": "' }}
            {{- tool_call.name }}
            {{- '", "arguments": ' }}
            {{- tool_call.arguments | tojson }}
            {{- '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == "tool" %}
        {%- if (loop.index0 == 0) or (messages[loop.index0 - 1].role != "tool") %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' }}
        {{- message.content }}
        {{- '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != "tool") %}
            {{- '<|im_end|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
""",
"qwen3_core": """{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.multi_step_tool and message.role == "user" and message.content is string and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}
        {%- set ns.multi_step_tool = false %}
        {%- set ns.last_query_index = index %}
    {%- endif %}
{%- endfor %}
{%- for message in messages %}
    {%- if message.content is string %}
        {%- set content = message.content %}
    {%- else %}
        {%- set content = '' %}
    {%- endif %}
    {%- if message.role == "assistant" %}
        {%- set reasoning_content = '' %}
        {%- if message.reasoning_content is string %}
            {%- set reasoning_content = message.reasoning_content %}
        {%- else %}
            {%- if '</think>' in content %}
                {%- set reasoning_content = content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}
                {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
            {%- endif %}
        {%- endif %}
        {%- if loop.index0 > ns.last_query_index %}
            {{- '<|im_start|>' + message.role + '\\n<think>\\n' + reasoning_content.strip('\\n') + '\\n</think>\\n\\n' + content.lstrip('\\n') }}
        {%- else %}
            {{- '<|im_start|>' + message.role + '\\n' + content }}
        {%- endif %}
        {{- '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + content + '<|im_end|>' + '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
    {%- if enable_thinking is defined and enable_thinking is false %}
        {{- '<think>\\n\\n</think>\\n\\n' }}
    {%- endif %}
{%- endif %}""",
"gemma": "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
"phi3": "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
"generation": "{% for m in messages %}\n{% if m.role == 'assistant' %}\n[A]{% generation %} {{ m.content | trim }}{{ eos_token }}{% endgeneration %}\n{% else %}\n[{{ m.role | upper | first }}] {{ m.content }}\n{% endif %}\n{% endfor %}\n",
"language": """{#- comment {% not a tag %} -#}
{% macro turn(role, text='none', mark="|") -%}
  <{{ role }}{{ mark }}{{ text }}>
{%- endmacro %}
  {% set numbers = [3, 1.5, -2, 7 // 2, 7 / 2, 2 ** 3, -7 // 2, -7 % 3, 1e3, 10 / 2] %}
{{ numbers | join(', ') }} {{ numbers|length }} {{ numbers[1:3] }} {{ numbers[-1] }} {{ numbers | sum }} {{ numbers | sort | first }} {{ [1, [2, 'a']] }}
{{ {'a': 1, 'b': [true, none]} }} {{ ('x', 'y') }} {{ true }} {{ none }} {{ 'it' ~ 1 ~ none }} {{ "q'q" | tojson }} {{ ["q'q", 'p'] }}
{{ turn('user', messages[0].content) }}{{ turn('x', mark='!') }}{{ turn(role='kw') }}
{% for m in messages if m.role != 'system' -%}
  {{ loop.index }}/{{ loop.length }} {{ loop.revindex }} {{ loop.revindex0 }} {{ loop.cycle('odd', 'even') }} {{ m.role | title }} {{ loop.previtem.role if loop.previtem is defined else '-' }} {{ loop.nextitem.role if loop.nextitem is defined else '-' }}
  {%- if loop.index == 3 %}{% break %}{% endif %}
  {%- if m.content | length > 40 %}{% continue %}{% endif %}
  short
{% else %}
nobody
{% endfor %}
{% for k, v in {'one': 1, 'two': [2]}.items() %}{{ k }}={{ v }};{% endfor %}{% for k in {'z': 1, 'a': 2} | dictsort %}{{ k }}{% endfor %}
{{ 'a-b-c'.split('-') }} {{ 'a b  c'.split() }} {{ 'abc'.upper() }} {{ 'Abc'.lower() }} {{ 'hello world'.title() }} {{ 'hELLO'.capitalize() }} {{ 'a.b'.replace('.', '!') }} {{ 'abcabc'.find('c') }} {{ 'abab'.count('a') }} {{ '-'.join(['p', 'q']) }} {{ 'xxaxx'.strip('x') }} {{ 'ab'.startswith(('b', 'a')) }}
{{ 'abc'[1] }} {{ 'abc'[-2:] }} {{ 'abc'[::-1] }} {{ 'b' in 'abc' }} {{ 2 not in [1] }} {{ 1 < 2 <= 2 }} {{ not true or false and true }} {{ 'yes' if messages else 'no' }} {{ undefined_thing }}{{ undefined_thing | default('dflt') }} {{ '' | default('e', true) }}
{{ messages | map(attribute='role') | list }} {{ messages | selectattr('role', 'equalto', 'user') | list | length }} {{ messages | rejectattr('role', 'eq', 'user') | map(attribute='role') | join('+') }} {{ [1, 2, 3, 4] | select('even') | list }} {{ ['b', 'a', 'b'] | unique | list }} {{ [3, 1, 2] | sort(reverse=true) }} {{ [1, 2, 3] | last }} {{ range(2, 8, 3) | list }} {{ 3.7 | int }} {{ '12' | int + 1 }} {{ 2.345 | round(1) }} {{ 5 | string ~ 'x' }} {{ 'A,B' | lower | replace(',', ';') }} {{ [1, 2] | max }} {{ '%s has %d' | format('x', 3) }} {{ 'line1\nline2' | indent(2) }} {{ '<&>' | escape }} {{ 'safe' | safe }} {{ [[1, 2], [3]] | sum(start=[]) }} {{ '  trim ' | trim }}|
{{ 1 is odd }} {{ 2 is divisibleby 2 }} {{ 'x' is string }} {{ 1 is number }} {{ [] is sequence }} {{ {} is mapping }} {{ none is none }} {{ x is undefined }} {{ 3 is sameas 3 }} {{ true is boolean }} {{ 1.0 is float }} {{ 1 is integer }} {{ 'a' is in ['a'] }} {{ 'a' is eq 'a' }}
{%- set ns = namespace(found=false, n=0) %}
{%- for m in messages %}{% set ns.n = ns.n + loop.index %}{% set ns.found = true %}{% endfor %}
{{ ns.n }} {{ ns.found }} {{ ns.missing is defined }}
{% set block %}captured {{ 1 + 1 }}{% endset %}[{{ block }}]
{% raw %}{{ raw }} {% endraw %}{{ '{%' }} {{- ' x ' -}} {{ "tab\\t\\"q\\"" }} {{ {'u': 'é😀', 'n': 1.0, 'l': [], 'd': {}} | tojson }} {{ {'b': [1, {'c': null_thing is defined}], 'a': 'x'} | tojson(indent=2, sort_keys=true) }}
    {% if messages %}   indented {% endif %}   
  {%+ if true %} plus{% endif +%}
{% filter upper %}filtered{% endfilter %}{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}
{{ messages[0]['missing'] }}{{ messages[0].get('missing', 'got') }} {{ messages[0].keys() | list }} {{ dict(a=1) }} {{ 'é' | urlencode }} {{ [1,2,3] | batch(2) | list }} {{ 'abc' | list }} {{ 'a' * 3 }} {{ [0] * 2 + [1] }} {{ 'abc' | reverse }} {{ 1 if false }}end
""",
}
USER, LONG = {"role": "user", "content": "Hello, how are you?"}, {"role": "user", "content": "  I'd like to show off \n\n how chat templating works!  \n"}
ASSISTANT = {"role": "assistant", "content": "I'm doing great. How can I help you today? "}
SYSTEM = {"role": "system", "content": " You are a pirate: answer as one. "}
THOUGHT = {"role": "assistant", "content": "<think>\nthey want é, 中文 and 😀\n</think>\n\nSure: é 中文 😀"}
CALL = {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": "weather", "arguments": {"city": "Zürich", "days": 2, "exact": True, "zone": None, "at": [1.5, "x\"y"]}}}]}
RESULT = {"role": "tool", "content": "{\"sky\": \"clear\"}"}
TOOLS = [{"type": "function", "function": {"name": "weather", "description": "The weather <now>", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}]
CHATS = [[USER], [SYSTEM, USER], [USER, ASSISTANT, LONG], [SYSTEM, USER, ASSISTANT, LONG, THOUGHT], [USER, ASSISTANT], [ASSISTANT, USER], [USER, THOUGHT, USER, THOUGHT]]
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}


def case(name, messages, tools, generation):
    result = {"template": name, "messages": messages, "tools": tools, "generation": generation}
    try:
        rendered, spans = render_jinja_template([messages], tools=tools, chat_template=TEMPLATES[name], add_generation_prompt=generation,
                                                return_assistant_tokens_mask=name == "generation", **TOKENS)
        result["rendered"] = rendered[0]
        if spans:
            result["spans"] = [[len(rendered[0][:p].encode("utf-16-le")) // 2 for p in span] for span in spans[0]]
    except Exception as e:
        result["error"] = str(e)
    return result


MARKED = {
"turns": "{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{% if m.role == 'assistant' %}{% generation %}{{ m.content + '<|im_end|>\n' }}{% endgeneration %}{% else %}{{ m.content + '<|im_end|>\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
"words": "{% for m in messages %}{% if m.role == 'assistant' %}{{ 'B:' }}{% generation %}{{ ' ' + m.content | trim + eos_token }}{% endgeneration %}{% else %}{{ 'A: ' + m.content | trim + '\n' }}{% endif %}{% endfor %}{% if add_generation_prompt %}{{ 'B:' }}{% endif %}",
}


def training(golden):
    """Token ids and the assistant's among them."""
    cases = []
    for template in MARKED.values():
        tokenizer = AutoTokenizer.from_pretrained(golden / "tokenizer" / "gpt2")
        tokenizer.chat_template = template
        for chat in CHATS:
            if chat[0]["role"] == "assistant" or all(m["role"] != "assistant" for m in chat):
                continue
            encoded = tokenizer.apply_chat_template(chat, return_dict=True, return_assistant_tokens_mask=True)
            cases.append({"marked": template, "plain": re.sub("{% (end)?generation %}", "", template), "messages": chat,
                          "ids": encoded["input_ids"], "mask": encoded["assistant_masks"]})
    return cases


def main(out):
    cases = [case(name, chat, None, generation) for name in TEMPLATES for chat in CHATS for generation in (False, True)]
    cases += [case(name, [SYSTEM, USER, CALL, RESULT, RESULT, ASSISTANT, LONG], TOOLS, True) for name in ("llama3_tools", "qwen25", "qwen3_core")]
    folder = out / "chat"
    folder.mkdir(exist_ok=True)
    text = json.dumps({"templates": TEMPLATES, "tokens": TOKENS, "cases": cases}, ensure_ascii=False, indent=1)
    (folder / "cases.json").write_text(text + "\n", encoding="utf-8")
    text = json.dumps({"cases": training(GOLDEN)}, ensure_ascii=False)
    (folder / "training.json").write_text(text + "\n", encoding="utf-8")
    print(len(cases), "cases,", sum("error" in c for c in cases), "errors", {c["template"]: c["error"] for c in cases if "error" in c})


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else GOLDEN)
